"""The ordered stages that judge one message. Knows policy and no phases. Pure."""
