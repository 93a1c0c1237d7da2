ACCOUNT = 12345
CONNECTION = {"auth_token": {"env": "DBT_CLOUD_API_TOKEN"}, "account_id": 12345}
