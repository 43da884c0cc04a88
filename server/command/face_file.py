"""Faces to CSV files."""

from pathlib import Path

from blend_shapes import face_csv
from blend_shapes.face import FaceFrames
from server.command.faults import BadFile


def write_face(path: Path, frames: FaceFrames) -> None:
    """Write the frames as `blend_shapes.face_csv` has them. Raises BadFile where it cannot be written."""
    try:
        face_csv.write_csv(path, frames)
    except OSError as error:
        raise BadFile(f"{path}: cannot be written ({error.strerror or error})") from None
