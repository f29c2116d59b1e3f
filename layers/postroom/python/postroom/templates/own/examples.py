"""Examples for the API document."""

from postroom.templates.own.answers import (
    BrandingAnswer,
    BuiltInAnswer,
    BuiltInNames,
    PreviewAnswer,
    TemplateAnswer,
    TemplateSummary,
    VersionAnswer,
    VersionSummary,
)
from postroom.templates.own.bodies import (
    BrandingBody,
    BuiltInPreviewBody,
    PreviewBody,
    PublishBody,
    RollBackBody,
    TemplateBody,
    TemplateChangeBody,
)
from postroom.web.examples import Examples, example_id

EXAMPLES: Examples = {
    TemplateBody: {
        "An invoice": {
            "name": "invoice",
            "subject": "Invoice {{ number }}",
            "html": "<h1>Hello {{ name }}</h1><p>Your invoice {{ number }} is ready.</p>",
            "locale": "en",
        }
    },
    TemplateChangeBody: {"Another subject": {"subject": "Your invoice {{ number }}"}},
    PublishBody: {"Tried with data": {"data": {"name": "Ann", "number": "118"}}},
    RollBackBody: {"To the first": {"version": 1}},
    PreviewBody: {"Of the draft": {"data": {"name": "Ann", "number": "118"}}},
    BuiltInPreviewBody: {"With data": {"data": {"name": "Ann"}}},
    BrandingBody: {
        "Name, picture and colour": {
            "name": "Example",
            "logo_url": "https://example.com/logo.png",
            "url": "https://example.com",
            "colour": "#0055aa",
            "footer": "Example Ltd, 1 High Street",
            "default_locale": "en",
        }
    },
    TemplateAnswer: {
        "With its draft": {
            "id": example_id("tpl"),
            "name": "invoice",
            "locale": "en",
            "user_type": None,
            "published_version": 1,
            "latest_version": 1,
            "unpublished_changes": True,
            "revision": 3,
            "created_at": "2026-11-20T17:36:43Z",
            "updated_at": "2026-11-20T17:36:44Z",
            "subject": "Your invoice {{ number }}",
            "html": "<h1>Hello {{ name }}</h1><p>Your invoice {{ number }} is ready.</p>",
            "text": None,
        }
    },
    TemplateSummary: {
        "Published": {
            "id": example_id("tpl"),
            "name": "invoice",
            "locale": "en",
            "user_type": None,
            "published_version": 1,
            "latest_version": 1,
            "unpublished_changes": False,
            "revision": 2,
            "created_at": "2026-11-20T17:36:43Z",
            "updated_at": "2026-11-20T17:36:43Z",
        }
    },
    VersionSummary: {
        "The first": {
            "version": 1,
            "is_published": True,
            "subject": "Invoice {{ number }}",
            "created_at": "2026-11-20T17:36:43Z",
        }
    },
    VersionAnswer: {
        "The first": {
            "version": 1,
            "is_published": True,
            "subject": "Invoice {{ number }}",
            "created_at": "2026-11-20T17:36:43Z",
            "html": "<h1>Hello {{ name }}</h1><p>Your invoice {{ number }} is ready.</p>",
            "text": None,
            "locale": "en",
        }
    },
    PreviewAnswer: {
        "A variable was missing": {
            "subject": "Invoice {{ number }}",
            "html": "<h1>Hello Ann</h1><p>Your invoice {{ number }} is ready.</p>",
            "text": "Hello Ann\n\nYour invoice {{ number }} is ready.\n",
            "html_bytes": 60,
            "missing": ["number"],
            "warnings": [
                {
                    "code": "undefined_variable",
                    "level": "error",
                    "message": "The data has no number",
                    "client": None,
                    "line": None,
                    "source": None,
                },
                {
                    "code": "html_without_lang",
                    "level": "warning",
                    "message": "No language is named: a screen reader has to guess how to read it.",
                    "client": None,
                    "line": None,
                    "source": "https://github.com/hteumeuleu/email-guidelines",
                },
            ],
        }
    },
    BrandingAnswer: {
        "As it was set": {
            "name": "Example",
            "logo_url": "https://example.com/logo.png",
            "url": "https://example.com",
            "colour": "#0055aa",
            "footer": "Example Ltd, 1 High Street",
            "default_locale": "en",
            "revision": 1,
        }
    },
    BuiltInNames: {
        "All": {
            "items": [
                {"name": "compliance_violation"},
                {"name": "digest"},
                {"name": "email_verification"},
                {"name": "job_failed"},
                {"name": "job_partial"},
                {"name": "job_success"},
                {"name": "notification"},
                {"name": "password_reset"},
                {"name": "scheduled_backup_complete"},
                {"name": "test_email"},
                {"name": "user_invitation"},
                {"name": "welcome"},
            ]
        }
    },
    BuiltInAnswer: {
        "To be copied": {
            "name": "welcome",
            "subject": "Welcome to {{ brand.name }}\n",
            "html": "<h1>Welcome, {{ name }}</h1>",
            "text": "Welcome, {{ name }}",
            "sample": {
                "name": "Anna Berger",
                "email": "anna.berger@example.com",
                "link": "https://app.example.com/start",
            },
        }
    },
}
