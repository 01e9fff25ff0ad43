"""Warnings: what is right by itself and yet probably not meant. They need the whole folder, read without an error."""
