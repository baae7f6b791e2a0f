"""In an environment of its own: print what the validator of RO-Crates finds wrong with one, a line each.

The vocabulary comes from the package rocrate: the tests have no network.
"""

import json
import sys
from pathlib import Path

import rocrate
from rocrate_validator import models, services
from rocrate_validator.utils import document_loader, http

CONTEXT = (Path(rocrate.__file__).parent / "data" / "ro-crate.jsonld").read_bytes()


class Answer:
    """The vocabulary as its server would send it."""

    status_code, headers, from_cache, ok = 200, {"Content-Type": "application/ld+json"}, True, True
    content, text = CONTEXT, CONTEXT.decode()

    @staticmethod
    def json():
        return json.loads(CONTEXT)


http.HttpRequester.get = lambda self, url, *rest, **more: Answer
document_loader._fetch_json_ld = lambda url: Answer.json()
settings = services.ValidationSettings(
    rocrate_uri=sys.argv[1], profile_identifier="process-run-crate", requirement_severity=models.Severity.REQUIRED
)
found = services.validate(settings)
for issue in found.get_issues():
    print(issue.check.identifier, issue.message)
assert found.passed() != bool(found.get_issues())
