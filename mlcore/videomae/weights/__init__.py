"""Where the clip encoder that ships lies, with its card."""
