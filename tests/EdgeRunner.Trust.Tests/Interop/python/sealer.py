"""The encryption of models a second time, on Debian's python3-cryptography, driven by the tests: one JSON request a line, one JSON answer a line.
Bytes are base64url without padding.

  {"op": "tink-seal", "key": K, "ad": A, "plain": P}                 -> {"cipher": C}: AES256_GCM_HKDF_1MB
  {"op": "tink-open", "key": K, "ad": A, "cipher": C}                -> {"plain": P}
  {"op": "chunks-open", "key": K, "model": M, "cipher": C}           -> {"plain": P}
  {"op": "jwe-seal", "jwks": [[KID, JWK]], "payload": P}             -> {"jwe": text}
  {"op": "jwe-open", "kid": KID, "pem": PEM, "jwe": text}            -> {"payload": P}
"""
import base64
import hmac
import hashlib
import json
import os
import sys

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.concatkdf import ConcatKDFHash
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.keywrap import aes_key_unwrap, aes_key_wrap

SEGMENT = 1 << 20
OAEP = padding.OAEP(mgf=padding.MGF1(hashes.SHA256()), algorithm=hashes.SHA256(), label=None)


def encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def number(text):
    return int.from_bytes(decode(text), "big")


def hkdf(key, salt, info, length):
    return HKDF(hashes.SHA256(), length, salt, info).derive(key)


def tink_seal(request):
    plain, salt, prefix = decode(request["plain"]), os.urandom(32), os.urandom(7)
    header = bytes([40]) + salt + prefix
    aes = AESGCM(hkdf(decode(request["key"]), salt, decode(request["ad"]), 32))
    parts, at, size = [], 0, SEGMENT - 40 - 16
    while True:
        parts.append(plain[at:at + size])
        at, size = at + size, SEGMENT - 16
        if at >= len(plain):
            break
    out = header
    for i, part in enumerate(parts):
        out += aes.encrypt(prefix + i.to_bytes(4, "big") + bytes([i == len(parts) - 1]), part, b"")
    return {"cipher": encode(out)}


def tink_open(request):
    cipher = decode(request["cipher"])
    header, rest = cipher[:40], cipher[40:]
    aes = AESGCM(hkdf(decode(request["key"]), header[1:33], decode(request["ad"]), 32))
    parts = [rest[:SEGMENT - 40]] + [rest[at:at + SEGMENT] for at in range(SEGMENT - 40, len(rest), SEGMENT)]
    return {"plain": encode(b"".join(
        aes.decrypt(header[33:] + i.to_bytes(4, "big") + bytes([i == len(parts) - 1]), part, b"") for i, part in enumerate(parts)))}


def chunks_open(request):
    secret, model, cipher = decode(request["key"]), request["model"].encode(), decode(request["cipher"])
    id_key = hkdf(secret, b"", b"edgerunner chunk id 1|" + model, 32)
    out = b""
    while cipher:
        length = int.from_bytes(cipher[:4], "big")
        derived = hkdf(secret, cipher[4:36], b"edgerunner chunk key 1|" + model, 44)
        plain = AESGCM(derived[:32]).decrypt(derived[32:], cipher[36:36 + length + 16], cipher[:36])
        assert hmac.new(id_key, plain, hashlib.sha256).digest() == cipher[4:36]
        out, cipher = out + plain, cipher[36 + length + 16:]
    return {"plain": encode(out)}


def wrapping_key(secret):
    def sized(data):
        return len(data).to_bytes(4, "big") + data
    return ConcatKDFHash(hashes.SHA256(), 32, sized(b"ECDH-ES+A256KW") + sized(b"") + sized(b"") + (256).to_bytes(4, "big")).derive(secret)


def ec_public(jwk):
    return ec.EllipticCurvePublicNumbers(number(jwk["x"]), number(jwk["y"]), ec.SECP256R1()).public_key()


def jwe_seal(request):
    cek, iv, protected = os.urandom(32), os.urandom(12), encode(b'{"enc":"A256GCM"}')
    recipients = []
    for kid, jwk in request["jwks"]:
        if jwk["kty"] == "EC":
            ephemeral = ec.generate_private_key(ec.SECP256R1())
            point = ephemeral.public_key().public_numbers()
            header = {"alg": "ECDH-ES+A256KW", "kid": kid,
                      "epk": {"kty": "EC", "crv": "P-256", "x": encode(point.x.to_bytes(32, "big")), "y": encode(point.y.to_bytes(32, "big"))}}
            wrapped = aes_key_wrap(wrapping_key(ephemeral.exchange(ec.ECDH(), ec_public(jwk))), cek)
        else:
            header = {"alg": "RSA-OAEP-256", "kid": kid}
            wrapped = rsa.RSAPublicNumbers(number(jwk["e"]), number(jwk["n"])).public_key().encrypt(cek, OAEP)
        recipients.append({"header": header, "encrypted_key": encode(wrapped)})
    sealed = AESGCM(cek).encrypt(iv, decode(request["payload"]), protected.encode())
    return {"jwe": json.dumps({"protected": protected, "recipients": recipients, "iv": encode(iv), "ciphertext": encode(sealed[:-16]), "tag": encode(sealed[-16:])})}


def jwe_open(request):
    jwe, key = json.loads(request["jwe"]), serialization.load_pem_private_key(request["pem"].encode(), None)
    recipient = next(r for r in jwe["recipients"] if r["header"]["kid"] == request["kid"])
    wrapped, header = decode(recipient["encrypted_key"]), recipient["header"]
    if header["alg"] == "ECDH-ES+A256KW":
        cek = aes_key_unwrap(wrapping_key(key.exchange(ec.ECDH(), ec_public(header["epk"]))), wrapped)
    else:
        assert header["alg"] == "RSA-OAEP-256"
        cek = key.decrypt(wrapped, OAEP)
    assert json.loads(decode(jwe["protected"])) == {"enc": "A256GCM"}
    return {"payload": encode(AESGCM(cek).decrypt(decode(jwe["iv"]), decode(jwe["ciphertext"]) + decode(jwe["tag"]), jwe["protected"].encode()))}


OPERATIONS = {"tink-seal": tink_seal, "tink-open": tink_open, "chunks-open": chunks_open, "jwe-seal": jwe_seal, "jwe-open": jwe_open}

for line in sys.stdin:
    request = json.loads(line)
    print(json.dumps(OPERATIONS[request["op"]](request)), flush=True)
