"""What reading media can end in, apart from success."""


class UnreadableMedia(Exception):
    """One sentence about a file for the person who added it.

    ``permanent`` says that trying the same file again is useless; a decoder that was
    killed or a disk that did not answer may well succeed the next time.
    """

    def __init__(self, message: str, *, permanent: bool = True) -> None:
        super().__init__(message)
        self.message = message
        self.permanent = permanent

    def __reduce__(self) -> tuple[type["UnreadableMedia"], tuple[str], dict[str, bool]]:
        # Keeps ``permanent`` when the error crosses a process border.
        return (type(self), (self.message,), {"permanent": self.permanent})


class SandboxUnavailable(RuntimeError):
    """The operator asked for bubblewrap and it does not work on this machine."""
