from dataclasses import dataclass


@dataclass(frozen=True, order=True, slots=True)
class Span:
    """Frames `first` up to, and not with, `end`: half-open, counted from 0."""

    first: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.first < self.end:
            raise ValueError(
                f"a span needs 0 <= first < end, got first={self.first}, end={self.end}"
            )

    def __len__(self) -> int:
        return self.end - self.first

    def __contains__(self, frame: int) -> bool:
        return self.first <= frame < self.end
