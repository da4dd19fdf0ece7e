<?php
/**
 * A receiver of one screen, to read and to copy. Needs PHP 8 with SQLite (php-cli and php-sqlite3 on
 * Debian). As it is, or as the index.php of a site:
 *
 *   php -S 127.0.0.1:5000 receiver.php
 *
 * REPORTS names the database; keep it outside of the site's folder.
 */
declare(strict_types=1);

/**
 * FULL: a commit returns once the disk has it, so that a 200 may be believed. The digest is part of the
 * key, because a clock that was set back makes two different reports of one second.
 */
function open_reports(): PDO
{
    $reports = new PDO('sqlite:' . (getenv('REPORTS') ?: '/var/lib/reports/reports.db'));
    $reports->setAttribute(PDO::ATTR_TIMEOUT, 5);
    $reports->exec('PRAGMA journal_mode = WAL');
    $reports->exec('PRAGMA synchronous = FULL');
    $reports->exec('CREATE TABLE IF NOT EXISTS reports
        (system_id TEXT, epoch INTEGER, digest TEXT, body TEXT, PRIMARY KEY (system_id, epoch, digest))');
    return $reports;
}

/** The status that answers a request, by its body. */
function answer(string $text): int
{
    $asked = json_decode($text, true);
    if (!is_array($asked)) return 400;
    $action = $asked['action'] ?? null;
    if ($action === 'check_url') return 202;
    $id = $asked['system_id'] ?? null;
    if (!is_string($id) || $id === '' || strlen($id) > 800) return 400;
    if ($action === 'check_system_id') {
        $find = open_reports()->prepare('SELECT 1 FROM reports WHERE system_id = ? LIMIT 1');
        $find->execute([$id]);
        return $find->fetch() === false ? 204 : 200;
    }
    $epoch = $asked['epoch'] ?? null;
    if ($action !== 'send_stats' || !is_int($epoch) || $epoch < 0) return 400;
    if (!is_array($asked['stats'] ?? null)) return 400;
    $insert = open_reports()->prepare('INSERT OR IGNORE INTO reports VALUES (?, ?, ?, ?)');
    $insert->execute([$id, $epoch, hash('sha256', $text), $text]);
    return 200;
}

if ($_SERVER['REQUEST_METHOD'] !== 'POST') {
    header('Allow: POST', true, 405);
} elseif (isset($_SERVER['HTTP_CONTENT_ENCODING'])) {
    http_response_code(415);
} elseif ((int) ($_SERVER['CONTENT_LENGTH'] ?? 0) > 8 * 1024 * 1024) {
    http_response_code(413);
} else {
    try {
        http_response_code(answer(file_get_contents('php://input')));
    } catch (PDOException $error) {
        // A full disk, a locked database: the agent keeps the report and comes again.
        error_log($error->getMessage());
        header('Retry-After: 10', true, 503);
    }
}
