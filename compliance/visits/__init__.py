"""An inspector's visit: rooms drawn by a seed, findings, the school's objection, signatures; only ever appended."""
