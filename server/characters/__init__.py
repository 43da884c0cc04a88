"""Characters: who the avatar is, one YAML file each."""

from server.characters.character_file import load, names

__all__ = ["load", "names"]
