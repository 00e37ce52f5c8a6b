# Needs the module requests. Usage: python3 upload.py picture.jpg
import os
import sys
import time

import requests

session = requests.Session()
url = os.environ["IMAGE_URL"]


def request(method, path, **options):
    response = session.request(method, url + path, **options)
    if not response.ok:
        problem = response.json()
        sys.exit(f"{problem['code']}: {problem['detail']}")
    return response.json()


# 1. Get a token. It replaces the password for a day.
token = request("POST", "/v1/tokens",
                json={"name": "start", "expires_in": 86400},
                auth=(os.environ["IMAGE_USER"], os.environ["IMAGE_PASSWORD"]))
session.headers["Authorization"] = "Bearer " + token["token"]

# 2. Upload a picture. A large one is processed later: wait for it.
with open(sys.argv[1], "rb") as file:
    image = request("POST", "/v1/images", files={"image": file})
while image["status"] == "processing":
    time.sleep(1)
    image = request("GET", f"/v1/images/{image['id']}")

# 3. Show it: put these URLs into <img src="...">. They work for an hour.
for variant in image["variants"]:
    print(variant["variant"], variant["url"])

# 4. Share the original by a link that ends after an hour.
link = request("POST", f"/v1/images/{image['id']}/links",
               json={"expires_in": 3600})
print("link", link["url"])
