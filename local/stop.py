"""``make stop``: ends what ``make local`` started, by its process ids."""

import sys

from local import running


def main() -> None:
    found = running.recall()
    if found is None:
        print("Nothing is running.")
        return
    if not running.end(found):
        sys.exit("It did not end in time; try again.")
    print("Ended.")


if __name__ == "__main__":
    main()
