"""Where a clip encoder that ships lies: clips.safetensors, with its card."""
