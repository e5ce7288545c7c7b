"""Answers as `conceptlens kb candidates DIR` does, with the same few concepts for every text: a double for tests."""

import json
import sys

CONCEPTS = [
    ("UMLS:C1", "Diabetes mellitus", ["diabetes", "diabetes mellitus type 2"]),
    ("UMLS:C2", "Insulin", ["insulin", "human insulin"]),
    ("UMLS:C3", "Cell", ["cell", "beta cell"]),
    ("UMLS:C4", "Metformin", ["metformin"]),
]

for line in sys.stdin:
    asked = json.loads(line)
    found = [
        {
            "id": identifier,
            "preferredName": preferred,
            "groups": ["DISO"],
            "exact": False,
            "conceptCount": 3,
            "matches": [{"name": n, "kind": "synonym", "count": 1, "score": 0.5 + 0.1 * i} for i, n in enumerate(names)],
        }
        for identifier, preferred, names in CONCEPTS
    ]
    print(json.dumps({"id": asked["id"], "candidates": found}))
