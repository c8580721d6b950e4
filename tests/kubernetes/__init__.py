"""The injector and the collector, tried against an API server that speaks the few endpoints they use."""
