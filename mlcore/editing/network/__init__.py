"""The denoiser, its eyes, and what makes it see several frames."""
