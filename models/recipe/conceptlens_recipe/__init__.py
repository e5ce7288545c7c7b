"""Trains, exports, calibrates and measures the linker's model. See README.md."""
