import errno

NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
"""What a system calls a disk that is full, for everybody or for us."""


class PipelineError(Exception):
    """Work on a row cannot go on; the message is one sentence for the person.

    `permanent` says that trying again will not help.
    """

    def __init__(self, sentence: str, *, permanent: bool = True) -> None:
        super().__init__(sentence)
        self.permanent = permanent
