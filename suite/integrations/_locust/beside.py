"""What `suite locust -f` gives to Locust beside an existing locustfile."""

import json
import os

from suite.integrations.locust import around

around(*json.loads(os.environ["LOADLEDGER_LOCUST"]))
