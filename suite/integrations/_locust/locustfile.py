"""What `suite locust` gives to Locust: the workloads that it was asked for."""

import json
import os

from suite.integrations.locust import users

globals().update(users(*json.loads(os.environ["LOADLEDGER_LOCUST"])))
