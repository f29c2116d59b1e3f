"""Fernet (AES-128-CBC and HMAC-SHA256), https://cryptography.io/en/latest/fernet/.

Imported when it is used: an account with a password must not pay for it at a cold start.
"""


class Fernets:
    def new_key(self) -> str:
        from cryptography.fernet import Fernet

        return Fernet.generate_key().decode()

    def close(self, key: str, text: str) -> str:
        from cryptography.fernet import Fernet

        return Fernet(key).encrypt(text.encode()).decode()

    def open(self, key: str, sealed: str) -> str:
        from cryptography.fernet import Fernet, InvalidToken

        try:
            return Fernet(key).decrypt(sealed).decode()
        except InvalidToken as error:
            raise ValueError("The seal is of another key, or broken") from error
