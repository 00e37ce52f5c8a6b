<?php
// Runs the example programs in PHP that it is given: FILE.out gets the body that a
// program received, FILE.err why it failed.

function run(string $file): void
{
    ob_start();
    try {
        include $file;
    } catch (Throwable $error) {
        file_put_contents("$file.err", (string)$error);
    }
    ob_end_clean();
    file_put_contents("$file.out", $body ?? '');
}

foreach (array_slice($argv, 1) as $file) {
    run($file);
}
