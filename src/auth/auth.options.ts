/** Signature algorithms a deployment may pin; exactly one is accepted. */
export const HMAC_ALGORITHMS = ['HS256', 'HS384', 'HS512'] as const;
export const PUBLIC_KEY_ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
] as const;

export type HmacAlgorithm = (typeof HMAC_ALGORITHMS)[number];
export type PublicKeyAlgorithm = (typeof PUBLIC_KEY_ALGORITHMS)[number];

/** What verifies tokens: one shared secret, or the public keys of an identity provider. */
export type TokenKeys =
  | {
      readonly kind: 'secret';
      readonly algorithm: HmacAlgorithm;
      /** 32 bytes or more. */
      readonly secret: string;
      /** Made for this run and known to nobody else yet: development only. */
      readonly generated: boolean;
    }
  | { readonly kind: 'jwks'; readonly algorithm: PublicKeyAlgorithm; readonly uri: string };

export interface AuthOptions {
  readonly keys: TokenKeys;
  readonly issuer?: string;
  readonly audience?: string;
  /** Claims that name the user and the tenant. */
  readonly userClaim: string;
  readonly tenantClaim: string;
}
