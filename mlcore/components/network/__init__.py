"""The guided encoder, and how it is kept on disk."""
