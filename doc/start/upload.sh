#!/bin/sh
# Needs curl 7.82 or newer, and jq. Usage: sh upload.sh picture.jpg
set -eu

# 1. Get a token. It replaces the password for a day.
token=$(curl -sSf -u "$IMAGE_USER:$IMAGE_PASSWORD" \
	--json '{"name": "start", "expires_in": 86400}' \
	"$IMAGE_URL/v1/tokens" | jq -r .token)

# 2. Upload a picture. A large one is processed later: wait for it.
image=$(curl -sSf -H "Authorization: Bearer $token" -F "image=@$1" \
	"$IMAGE_URL/v1/images")
id=$(echo "$image" | jq -r .id)
while [ "$(echo "$image" | jq -r .status)" = processing ]; do
	sleep 1
	image=$(curl -sSf -H "Authorization: Bearer $token" \
		"$IMAGE_URL/v1/images/$id")
done

# 3. Show it: put these URLs into <img src="...">. They work for an hour.
echo "$image" | jq -r '.variants[] | .variant + " " + .url'

# 4. Share the original by a link that ends after an hour.
curl -sSf -H "Authorization: Bearer $token" --json '{"expires_in": 3600}' \
	"$IMAGE_URL/v1/images/$id/links" | jq -r '"link " + .url'
