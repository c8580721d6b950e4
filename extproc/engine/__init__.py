"""The async seam between phases and policy: loads facts, has messages judged, acts on decisions. Judges nothing."""
