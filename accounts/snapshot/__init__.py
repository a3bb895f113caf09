"""Records a snapshot of a topology's accounts: a folder with one JSON file for each describe call."""

from accounts.snapshot.form import KEPT_TAGS
from accounts.snapshot.recording import Missing, OccupiedError, Recording, record, recorded

__all__ = ["KEPT_TAGS", "Missing", "OccupiedError", "Recording", "record", "recorded"]
