"""The component encoder that ships, and its detector; CARD.md says how they were made."""
