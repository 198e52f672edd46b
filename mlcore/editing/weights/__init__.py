"""Where the toy world's denoiser that ships lies, with its card."""

from pathlib import Path

TOY = Path(__file__).with_name("toy.safetensors")
"""Drawn shapes on drawn grounds, 32 x 32 pixels (CARD.md)"""
