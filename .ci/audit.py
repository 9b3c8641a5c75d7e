"""Reads the report of pip-audit and says what it is worth (R71): flaws end with 1, libraries nobody looked up are named.

By itself pip-audit says "no known vulnerabilities" also when the service knew none of the libraries, as behind a
mirror, and without the network it ends as if it had found some.
"""

from __future__ import annotations

import json
import sys


def main(report: str) -> int:
    try:
        found = json.loads(report)["dependencies"]
    except (ValueError, KeyError):
        found = []
    unknown = [each["name"] for each in found if "vulns" not in each]
    flaws = [(each, flaw) for each in found for flaw in each.get("vulns", ())]
    for each, flaw in flaws:
        mended = ", ".join(flaw["fix_versions"]) or "no version yet"
        print(f"FLAW {each['name']} {each['version']}: {flaw['id']}, mended in {mended}")
    if unknown or not found:
        print("!" * 80)
        print("!!! NOT AUDITED: the vulnerability service was not reached or does not know these libraries.")
        print(f"!!! {', '.join(unknown) or 'all of them'}")
        print("!" * 80)
    print(f"{len(found) - len(unknown)} libraries looked up, {len(flaws)} known flaws")
    return 1 if flaws else 0


if __name__ == "__main__":
    sys.exit(main(sys.stdin.read()))
