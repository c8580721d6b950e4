"""Who acts: from what was presented and verified to one principal. Pure; keys and the time come in as arguments."""
