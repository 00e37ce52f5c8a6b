<?php
// Needs PHP 8 with the extension curl. Usage: php upload.php picture.jpg

function request(string $path, array $options): array
{
    $curl = curl_init(getenv('IMAGE_URL') . $path);
    curl_setopt_array($curl, $options + [CURLOPT_RETURNTRANSFER => true]);
    $body = curl_exec($curl);
    if ($body === false) {
        throw new Exception(curl_error($curl));
    }
    $result = json_decode($body, true);
    if (curl_getinfo($curl, CURLINFO_RESPONSE_CODE) >= 400) {
        throw new Exception($result['code'] . ': ' . $result['detail']);
    }
    return $result;
}

// 1. Get a token. It replaces the password for a day.
$token = request('/v1/tokens', [
    CURLOPT_USERPWD => getenv('IMAGE_USER') . ':' . getenv('IMAGE_PASSWORD'),
    CURLOPT_HTTPHEADER => ['Content-Type: application/json'],
    CURLOPT_POSTFIELDS => json_encode(['name' => 'start', 'expires_in' => 86400]),
])['token'];
$bearer = "Authorization: Bearer $token";

// 2. Upload a picture. A large one is processed later: wait for it.
$image = request('/v1/images', [
    CURLOPT_HTTPHEADER => [$bearer],
    CURLOPT_POSTFIELDS => ['image' => new CURLFile($argv[1])],
]);
while ($image['status'] === 'processing') {
    sleep(1);
    $image = request("/v1/images/{$image['id']}", [
        CURLOPT_HTTPHEADER => [$bearer],
    ]);
}

// 3. Show it: put these URLs into <img src="...">. They work for an hour.
foreach ($image['variants'] as $variant) {
    echo "{$variant['variant']} {$variant['url']}\n";
}

// 4. Share the original by a link that ends after an hour.
$link = request("/v1/images/{$image['id']}/links", [
    CURLOPT_HTTPHEADER => [$bearer, 'Content-Type: application/json'],
    CURLOPT_POSTFIELDS => json_encode(['expires_in' => 3600]),
]);
echo "link {$link['url']}\n";
