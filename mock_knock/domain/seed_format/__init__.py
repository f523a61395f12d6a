"""The written form of a seed: read strictly, every problem reported with its place, and written so that it reads back.

    version: 1
    now: '2026-01-01T00:00:00Z'      # when worlds begin; without it at their first request
    channels:
      - {key: mail, type: email, id: 5a8b1f2e-7a61-4a3c-9d6a-0f1f6f0b7c11, provider: email_postmark}
    workflows:
      - key: welcome
        categories: [onboarding]
        steps:
          - {channel: mail}          # the key of a channel; each type is one, too
          - {delay: 300}             # seconds
          - {channel: in_app_feed}
    users:
      - {id: ada, name: Ada, email: ada@example.com, preferences: {default: {channel_types: {sms: false}}}}
    objects:
      - {collection: projects, id: p1, name: Engine}
    tenants:
      - {id: acme, name: Acme}
    subscriptions:
      - {object: {collection: projects, id: p1}, recipient: ada}
    bulk_operations:
      - {id: 182bd5e5-6e1a-4fe4-a799-aa6d9a6ab26e, status: completed, rows: [ada], error_items: []}
    workflow_runs:
      - workflow: welcome
        recipient_runs:
          - {id: 0d9e1a52-3f5b-4c6d-8e7f-a1b2c3d4e5f6, recipient: ada}
    messages:
      - id: 1jNaXzB2RZX3LY8wVQnfCKyPnv7
        workflow_recipient_run_id: 0d9e1a52-3f5b-4c6d-8e7f-a1b2c3d4e5f6
        channel: mail
    keys:                            # no others are taken then
      - {key: sk_test_mine, environment: development}
      - {key: pk_test_mine, environment: development}
      - {key: sk_test_old, environment: development, revoked: true}

Only the version must be there.
"""

from mock_knock.domain.seed_format.read_seed import CODE, parse_seed
from mock_knock.domain.seed_format.write_seed import write_seed

__all__ = ["CODE", "parse_seed", "write_seed"]
