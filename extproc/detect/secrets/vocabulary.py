"""Words by which secrets, their names and what only stands for them are told apart."""

from typing import Final

# fmt: off

# Whole values that say that there is none, or that are the same everywhere.
NOTHING: Final = frozenset({
    "abc", "abc123", "abcd", "abcdef", "admin", "admin123", "anonymous", "any", "apikey", "array", "asdf", "ask",
    "auto", "bar", "basic", "baz", "bearer", "binary", "blank", "bool", "boolean", "bytes", "changeit", "changeme",
    "char", "default", "demo", "digest", "dummy", "email", "empty", "encrypted", "example", "external", "fake",
    "false", "fixme", "foo", "foobar", "guest", "hello", "hidden", "incorrect", "int", "integer", "internal",
    "invalid", "jwt", "key", "letmein", "login", "masked", "missing", "mock", "mtls", "mypassword", "mysecret",
    "mytoken", "n/a", "na", "nil", "no", "none", "nul", "null", "number", "oauth", "oauth2", "object", "off", "on",
    "optional", "p@ssw0rd", "pass", "pass123", "passw0rd", "passwd", "password", "password1", "password123",
    "placeholder", "plain", "plaintext", "private", "prompt", "public", "pwd", "qux", "qwerty", "required", "root",
    "sample", "secret", "secret123", "stdin", "str", "string", "tbd", "test", "test123", "testing", "text", "todo",
    "token", "true", "undefined", "unknown", "unset", "user", "user123", "username", "uuid", "value", "varchar",
    "void", "world", "wrong", "yes",
    "contrase\u00f1a", "has\u0142o", "kennwort", "parola", "passord", "passwort", "senha", "wachtwoord",
})

# Words that names of secrets are made of; a value of nothing else is such a name.
OWN_WORDS: Final = frozenset({
    "access", "admin", "api", "app", "auth", "client", "config", "data", "database", "db", "default", "field", "id",
    "input", "int", "key", "login", "my", "name", "new", "old", "pass", "passwd", "password", "pwd", "root", "secret",
    "str", "string", "test", "text", "the", "token", "type", "user", "value",
})

# What may stand before `key` so that a secret is meant: `api key`, `signing key`.
KINDS_OF_KEY: Final = frozenset({
    "access", "account", "activation", "admin", "aes", "api", "app", "application", "auth", "bot", "cipher", "client",
    "consumer", "crypt", "decryption", "deploy", "des", "dev", "developer", "encrypt", "encryption", "function",
    "gpg", "hmac", "ingest", "integration", "jwt", "license", "live", "master", "org", "organization", "personal",
    "pgp", "pre", "private", "prod", "production", "project", "psk", "publishable", "recovery", "rest", "root", "rsa",
    "sdk", "secret", "security", "server", "service", "session", "shared", "sign", "signed", "signing", "ssh", "ssl",
    "storage", "subscription", "symmetric", "team", "test", "tls", "token", "unseal", "user", "webhook", "wep", "wpa",
    "write",
})

# What may follow the noun of a sensitive name without changing what it is.
AFTER: Final = frozenset({
    "again", "b64", "base", "base64", "confirm", "confirmation", "confirmed", "content", "current", "data", "default",
    "dev", "development", "enc", "encoded", "env", "input", "key", "literal", "live", "local", "main",
    "master", "new", "next", "old", "plain", "plaintext", "previous", "primary", "prod", "production", "qa", "raw",
    "remote", "repeat", "repeated", "sandbox", "secondary", "stage", "staging", "str", "string", "test", "testing",
    "text", "txt", "val", "value",
})

# With one of these the name is about a secret, or the thing only has the name of one.
ABOUT: Final = frozenset({
    "age", "alg", "algorithm", "arn", "at", "attr", "attribute", "audience", "bos", "bounce", "bucket", "budget",
    "cache", "callback", "checksum", "class", "column", "comment", "continuation", "count", "counts", "created",
    "csrf", "cursor", "date", "delimiter", "description", "dictionary", "digest", "dir", "disabled", "domain",
    "embedding", "enabled", "endpoint", "eos", "error", "errors", "expiration", "expire", "expired", "expires",
    "expiry", "factory", "fail", "field", "file", "filename", "fingerprint", "folder", "foreign", "format",
    "generator", "get", "grade", "handler", "has", "hash", "hashed", "header", "help", "hide", "hint", "icon", "id",
    "idempotency", "ids", "index", "is", "issuer", "keyword", "kind", "label", "lang", "language", "len", "length",
    "lex", "lexer", "limit", "limits", "line", "link", "location", "logprob", "logprobs", "lookup", "manager", "map",
    "mask", "max", "message", "method", "min", "mode", "msg", "name", "names", "offset", "operator", "pad", "page",
    "pagination", "param", "parameter", "parser", "partition", "pass_rate", "passed", "path", "pattern", "percentage",
    "placeholder", "policy", "position", "prefix", "progress", "prompt", "provider", "public", "question",
    "rate", "realm", "ref", "reference", "regex", "region", "required", "reset", "revoke", "revoked", "rotate",
    "rotation", "row", "schema", "scheme", "scope", "scopes", "separator", "sequence", "service_name", "set", "show",
    "size", "sort", "special", "status", "stop", "storage_class", "store", "strength", "style", "suffix", "support",
    "supported", "sync", "syntax", "table", "thumbprint", "time", "timestamp", "title", "toggle", "tokenizer",
    "total", "ttl", "type", "types", "unk", "updated", "uri", "url", "usage", "used", "valid", "validation",
    "validator", "version", "visible", "vocab", "vocabulary", "xsrf", "zone",
})

# Passwords in URLs and connection strings of documentation.
STOCK: Final = frozenset({
    "123", "1234", "12345", "123456", "abc", "admin", "anoncvs", "anonymous", "bar", "changeme", "credentials", "creds",
    "database", "db", "db_pass", "db_password", "dbpass", "dbpassword", "default", "docker", "elastic", "example",
    "foo", "git", "guest", "host", "key", "kibana", "localhost", "minio", "minioadmin", "mongo", "mongodb",
    "my-password", "mypassword", "mysql", "none", "null", "oauth2", "p", "pass", "pass123", "passw0rd", "passwd",
    "password", "password123", "port", "postgres", "pw", "pwd", "rabbitmq", "redis", "root", "sa", "secret",
    "some_password", "test", "token", "user", "user_password", "username", "userpass", "w", "x-access-token",
    "x-oauth-basic", "your_password", "yourpassword",
})
