"""`python -m mock_knock` is the same as `mock-knock`."""

from mock_knock.cli import main

if __name__ == "__main__":
    main()
