"""One exchange as a sans-io machine: events in, commands out. Knows phases and no policy."""
