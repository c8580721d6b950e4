"""What decides about candidates for secrets, by the names that the shipped detectors use."""

from typing import Final

from extproc.detect.detector import Validators
from extproc.detect.secrets import assigned, keys, tokens, urls

VALIDATORS: Final[Validators] = {
    "aws_key_id": tokens.aws_key_id,
    "aws_secret": tokens.aws_secret,
    "bare_assignment": assigned.bare_assignment,
    "basic_credentials": urls.basic_credentials,
    "client_id": tokens.client_id,
    "connection_password": urls.connection_password,
    "cookie": urls.cookie,
    "crc_token": tokens.crc_token,
    "digits_token": tokens.digits_token,
    "element_secret": assigned.element_secret,
    "encoded_jwt": tokens.encoded_jwt,
    "environment_secret": assigned.environment_secret,
    "fallback_secret": assigned.fallback_secret,
    "flag_value": assigned.flag_value,
    "hex_key": keys.hex_key,
    "issued_token": tokens.issued_token,
    "jwt": tokens.jwt,
    "literal_mixed": assigned.literal_mixed,
    "literal_random": assigned.literal_random,
    "literal_value": assigned.literal_value,
    "member_value": assigned.member_value,
    "mixed_token": tokens.mixed_token,
    "near_secret": tokens.near_secret,
    "otp_seed": tokens.otp_seed,
    "parameter": urls.parameter,
    "password_hash": keys.password_hash,
    "private_key": keys.private_key,
    "quoted_assignment": assigned.quoted_assignment,
    "scheme_token": assigned.scheme_token,
    "spoken_password": assigned.spoken_password,
    "sql_password": assigned.sql_password,
    "stellar_seed": tokens.stellar_seed,
    "token": tokens.token,
    "token_value": assigned.token_value,
    "url_password": urls.url_password,
    "wif_key": tokens.wif_key,
    "written_credentials": urls.written_credentials,
}
