"""Generated protobuf stubs. Made by `make proto`; never edited."""
