"""Personal data is found without spaCy in memory."""

import subprocess
import sys

LOOK = """
import sys
from activities.guard.personal_data import PersonalData
found = PersonalData().find("Write to ada@example.com or call +1 212 555 0123.")
print([span.entity for span in found], "spacy" in sys.modules)
import spacy
print(spacy.blank("en").lang)
"""


def test_personal_data_is_found_without_spacy_and_spacy_can_be_imported_afterwards() -> None:
    said = subprocess.run([sys.executable, "-c", LOOK], capture_output=True, text=True, check=True).stdout
    assert said.split("\n")[:2] == ["['EMAIL_ADDRESS', 'PHONE_NUMBER'] False", "en"]
