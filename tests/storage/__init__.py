"""What stores are put through: small in every test run, large by `make storage`, which writes the page."""
