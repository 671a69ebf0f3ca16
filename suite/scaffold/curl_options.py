"""Options of curl that say nothing of a request: which of them have a value, and which can't be done here."""

from __future__ import annotations

VALUED = frozenset(
    """
    -C -D -E -K -P -Q -T -U -Y -c -h -m -o -r -t -w -x -y -z
    --abstract-unix-socket --alt-svc --aws-sigv4 --cacert --capath --cert --cert-type --ciphers --config
    --connect-timeout --connect-to --continue-at --cookie-jar --create-file-mode --crlfile --curves
    --delegation --dns-interface --dns-ipv4-addr --dns-ipv6-addr --dns-servers --doh-url --dump-header
    --egd-file --engine --etag-compare --etag-save --expect100-timeout --ftp-account
    --ftp-alternative-to-user --ftp-method --ftp-port --ftp-ssl-ccc-mode --happy-eyeballs-timeout-ms
    --haproxy-clientip --help --hostpubmd5 --hostpubsha256 --hsts --interface --ip-tos --ipfs-gateway
    --keepalive-cnt --keepalive-time --key --key-type --krb --libcurl --limit-rate --local-port
    --login-options --mail-auth --mail-from --mail-rcpt --max-filesize --max-redirs --max-time
    --netrc-file --noproxy --output --output-dir --parallel-max --pass --pinnedpubkey --preproxy --proto
    --proto-default --proto-redir --proxy --proxy-cacert --proxy-capath --proxy-cert --proxy-cert-type
    --proxy-ciphers --proxy-crlfile --proxy-header --proxy-key --proxy-key-type --proxy-pass
    --proxy-pinnedpubkey --proxy-service-name --proxy-tls13-ciphers --proxy-tlsauthtype
    --proxy-tlspassword --proxy-tlsuser --proxy-user --proxy1.0 --pubkey --quote --random-file --range
    --rate --request-target --resolve --retry --retry-delay --retry-max-time --sasl-authzid
    --service-name --socks4 --socks4a --socks5 --socks5-gssapi-service --socks5-hostname --speed-limit
    --speed-time --stderr --telnet-option --tftp-blksize --time-cond --tls-max --tls13-ciphers
    --tlsauthtype --tlspassword --tlsuser --trace --trace-ascii --trace-config --unix-socket
    --upload-file --variable --vlan-priority --write-out
    """.split()  # noqa: SIM905 - a list would be as long as it is wide
)
"""Those with a value, but for what is read: method, headers, cookies, content."""
SHORT_WITH_VALUE = frozenset("AFHXbdeu") | {name[1] for name in VALUED if not name.startswith("--")}
UNDONE = frozenset(
    """
    -E -K -T -r -x --abstract-unix-socket --aws-sigv4 --cert --config --key --preproxy --proxy --range
    --request-target --unix-socket --upload-file
    """.split()  # noqa: SIM905 - a list would be as long as it is wide
)
"""Those that would make another request."""
