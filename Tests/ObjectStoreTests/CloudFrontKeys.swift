/// Two keys that were made for these tests, and what botocore 1.43.11 (`botocore.signers.CloudFrontSigner`, with the signatures of
/// cryptography 48) makes of them: signatures of this kind are the same each time.
enum CloudFrontKeys {
    static let now = """
        -----BEGIN PRIVATE KEY-----
        MIIEvwIBADANBgkqhkiG9w0BAQEFAASCBKkwggSlAgEAAoIBAQC78lLMntlFPoSn
        jE5vcRmJOwa+eHJudz0PdW41xAYJAdEDUKmorxOmopZ3RicyP6iK3DzIsesQAKfY
        cilsVXHGlBLyGtVlx2xalSrzM7ZEBahcOHIHOYXNHR9LZuJvFBTLrLv9GHu95I28
        xi5nU5yElNNuQwJQQr72mwlHH0f6PV2VgsdtmzUZX5XiElK+i5uqsxbto/ELB3FW
        ARjv1Db4oz+3Uuhjd6IOYdIl8UJimIC4QueQNPrs1TgSaOFb8kja/Po3+K9ZDFlj
        Z1RWWdIk83WdZ0fEIOTlQb6W2B2YrnQeviLh3pBziyWQwtAejDy212BXs7tDblXf
        XQjvmPWZAgMBAAECggEADAZ+9D80rSjJIZRJX3mH1f88GPtJbRZ9hmvv04pZjYF7
        f2ANnvCmy/pqsLKBJwaqMMpTLE8v+FvmYWO6kUctSrSmOq3rWgIGxYv2Tc3Q+2y2
        P0JQT3SHgl565l7snYlWJEsG0zSaFEYXqIywouVXZidEmPE6KGsA33P/hbizaQgg
        U93O9zkGmtsOpZ+msV3uTZLTqFVZnIak9Inw04NWZgrlC5CM8ll9jk1xWIrFgcas
        PjIxpeKCa9SdihOrcd+QFIaBcvVDhuci65FhxeoOj11VfbREay5Hfy9/N34X1t3O
        vNc4Qk4D9WcBfXFVagj+NExK0AS57kwz5t+KfxN7lQKBgQD5ZkI7KQ42cUHcpqbZ
        FYeB1Y0zOpcom+y0cPTjoWTtCosRlMy39uiJk0VTY2BT6mahOu7mKFlBbnzq8WU3
        LCZbtx+262o1jASSIbs9oI31WjRfUCFtelym+DB02KPXJz4w7ZadwcfNfR8Ui7o0
        9t3nREnvjp8xIRrVGTijG51ZhQKBgQDA67TroHKSBkq3tccASm0NNcxcLDwVzsz9
        v+uKCDOOZ8+taZDbZu5PRWb3u4Xc9ds17gf968dgRysWCM9vTQYn9PT/cZIYDINP
        P9J/yl2PoQJ3FG8xDzEZb20NjD74IhBcbWYHlrlK3bLoKi2oPjrEDZ74d2w94Wvd
        gUvEnfg+BQKBgQCxxs7XVQColjsYikLM46fgSNWJ+u3dKKimRw6JZHaI8ccIFUWI
        rRw9VRlJw8DakG/v5g59Sa22EohBASnhFjuRjQuyXEUtPk3TzO+nklce2doTRw9M
        9rgs3SXNZNAFghe20OVYNtWyCMqq3p8xOfgb7nW1qbiYULzLwlq5Ceoz8QKBgQCU
        sFZF0Ojc0QqfYvPYroQ0TUWPuOwqZrQp0tSoE0AhPrOa1SU3ZLLB2BzPTPGUZs0o
        WKhCNYn6E4AKwImYIAZhn3OAubi+3k4KM4d6xK6tt4vd2ZsFdc8C6pVjfrc9qYtw
        oUSlDq8LG6n7NB7yb9v9JP5kRC7h1q67Dx8lkBc3PQKBgQC7uZIdDONuAEXHnpfO
        Q4KogPxPDHslvHm28O0NEpqLtECHZwii6IyaeEv9DxOxzC7paN53qzmM9o7k+AR8
        D3APkqoLWr/IhrC7ANd1lgcXgCBl35lwHZlP5At6UOgEiGieb3OVx2wtVJnk9LuE
        5U2Owd6nVmbEsgfoAhCHRz4PrQ==
        -----END PRIVATE KEY-----
        """
    static let next = """
        -----BEGIN PRIVATE KEY-----
        MIIEvgIBADANBgkqhkiG9w0BAQEFAASCBKgwggSkAgEAAoIBAQCVh6tBgzBN7Wc9
        A3kfMw8mHYItGuHm+jY3LBq7JQtsEvJawPv0KMzJbvK/O2wxBnhnuauKKAYqwqdU
        mytbSi+gnlQZyhD4BmaSF9HUw9H/adInBTJjaKBeR3cBQ/aH49800lDnhSVd2Oye
        9L0aVH7zxOP2uCkQGxwehM5Ic9aTKGaa3huFf/lGvc/vcWByKziIL9VbRW8hSRFv
        Q8+C+2uJk0QKJGpiT/oYHcfqzBuHKclLU7DEwMd0dAXxfVJ+2D50ahupPBOC4Zq/
        Mjlbo2O/hXqHbbxT3GW7/EKngiTMqvJRovmB1e/7gPcsk33FgDe6ZZkj5wYkZiZH
        gu4940KfAgMBAAECggEAB1yzFgNe0jCLskcyf5vAGjEHvnh9XW70nBw6zCBTgu2x
        BnVwjbPq1wCrSP/t11OE8UC7tmnNNRKd1sL+ww7jAkh7oY1tOCtCywEvzFAb4A/f
        mWPw05mVk8EJTM0UQdqMwK2+OAEVyS6ruOz1Ro+ZBtaq+z0vaYdzB7B/GUgeNlDT
        yNgYwgeKr2eUYTuS5ZqNvjL4lOwSo6jbXakwHFhGEsM+QF7Y43g/6LkW2gwTQseY
        3pI+xKCCnhcveHlFNPbt6Q0DqG7471vUwQ9VCmzmVTanmIuO3JfDStilxqfGrbke
        o72b+8b+0KGee84Kdd95WmtDYS/wRignlvyRNkYKIQKBgQDGwEvfD9G6xsxg0HC4
        JxXje84ABnec+2JFC4n+BDcD1LE4oXQboiM5mgZqjUZd5LVy32GgH/fLd1axz6Kp
        SIgLJ3UptG7GHdKgXq7x2CLD9KVYrbtgABtN93Do+50EcqhuzLDAe+XQhkn7jYGj
        PU/4mVbGW9l6RpoFW6dJeXMDzwKBgQDAmdo6HWkkGI5y94TNDtGnAEnyiTeIkQwh
        YxqYK85hO2RTxdt4LH5n2hPoV792eu7RRLLFn4EKJ2IXsVE0meTYAddi+hcaOs0q
        BbLFn4ZSWZUSPS9uu51JYoKqGIhR9GfVSyVcWr2D30+9DAbZmR2BRW+zBaCxRa8z
        qA6hcqH4MQKBgQCBZ0Z+71/QSgtbpZsea2RW/o67eXp7nTj4V3D7EGd5eQwCISzl
        qQViRaSTz3PXQkfZiROZG/dMZGDv2I7BxVW+XWxtQOs21sgCXmNtVxobl7foKwVq
        lecxNkAvkVNESBreOSuDx6dzw1t8C0AytoLRC5VyBO9uK3Wws2IR9p8qBQKBgA/O
        EExokXI22amxiiJRrv6nVWojvHzmejpbKZmHLr5n40nEmMf5zr2y9aNBYCLW37Yo
        jwsMlchBhxkuod1RK6hWLlie8TpjzOY/5XW2K42icEs43iWWG8gj31kZ/kXLaqHk
        MsKrZ5Xkw2ReEknU+Mjc69ejBJbHgyMYDWtOPuBhAoGBAKbgXI54+vK+H4mp3O/Q
        lLvoSY6mQitHhy5L7kFOse0Lxb6hW0aufJQsuo0sGNUCaqZgttY3L6X3puNbjEFe
        yP8BtsfpdFRkAXeESdri1hGPBwUstOYTzsxswpo6iEEi8QzGj/4Vx1NMa79EBO/x
        AA2EkVQK/rm1hE2qr5/yIBQ9
        -----END PRIVATE KEY-----
        """

    static let base = "https://d111111abcdef8.cloudfront.net/clips"
    static let object = "audio_clips/507f1f77bcf86cd799439011/0-2000_v4-1a2b3c4d.mp3"
    /// For the hour that begins at 2024-02-29T23:00:00Z.
    static let url =
        "\(base)/\(object)?Expires=1709337600&Signature="
        + "LktEtvCxdVPy~Ss~zP6HwevDLoPNlVx7GDbcecarm3aDFEzE2ftu37nJWmc3KlRTKdZM3ORA7WCxD8tHfqobtbApbE"
        + "YKrWL~jxG3pPlGV2Ge7IfL6tXj9vGjjr-pXkSTxMbgyZwaHw-TrYDzvmNLn0CI-AdQfJDDMnhKZ1EIYJtEz3NBugYW"
        + "UuwogIT0Du5K33pmPWiPdmS5LxixkUEx9CtZDToGdqfJq9w5MDukvOlq3S6T5c7ndD4pqekVZjpRpDCA1YAMCyJPs2"
        + "3G5-Y-yQV~5wgdEeGB1jg0pVvCqanBLoUUsJFwXi0A5k8oTAf4hMy~QoKkocYXF7tFugO1Aw__"
        + "&Key-Pair-Id=K2JCJMDEHXQW5F"
    /// For the hour after it, with the next key.
    static let nextURL =
        "\(base)/\(object)?Expires=1709341200&Signature="
        + "aMJ1qmwMV13wj0rspvD6-x7kWvVK0pvIb5zOODIdSL5DobqIkIrdWvP643Q~S9wuHnVedPh979o62q6jT3Y5EYgbZm"
        + "T64nG1SW8ltq4YyzxOe9V6sX0-c3rcmn-k6o8sA6Y-KLSbCoRHRgYFofpWZWRr-VPZ7ooWdnAPIjlh4mPUstNqDOnG"
        + "STOtdj2A-hDcReqgL-EP~oB4rMQ-zr60JwE4UKrezAHwoBUBEv6ByNdz4z8zIAQi0J4Zlu88Jfp8lzgAhx3ScZ4GdW"
        + "YpZ6jDq-Is092~4uREQq-lu3RfFyIl1SmjuF3zKE4iPOgzb8Ua2zetmc2dFLM1IQCBxzQkZg__"
        + "&Key-Pair-Id=KNEXT0000000A"
}
