// Masking of plain strings, and the addresses in CSS: pure functions, without a page.

import { createHash } from 'node:crypto';
import { describe, expect, test, vi } from 'vitest';
import {
  chosenCandidate,
  dropCssUrls,
  maskCssText,
  maskGenerated,
  resolveAddress,
  rewriteCss,
} from '../../cobrowse/capture/css-urls.ts';
import {
  isNumberName,
  isPasswordLabel,
  isSecretName,
  isTellingAddress,
  maskText,
  maskUrl,
} from '../../cobrowse/capture/mask-text.ts';
import { maskCards, maskTyped } from '../../protocol/cards.ts';
import { sha256 } from '../../cobrowse/visit/sha256.ts';
import { sha256Plain } from '../../cobrowse/visit/sha256-plain.ts';

describe('text', () => {
  test('a mask has as many units as what it hides, and keeps the spaces', () => {
    for (const text of ['Anna Ивановна', 'a\n b', '👍 ok', '']) {
      expect(maskText(text).length).toBe(text.length);
      expect(maskText(text).replace(/•/g, '').trim()).toBe('');
    }
  });

  test.each([
    '4111111111111111',
    '4111 1111 1111 1111',
    '4111-1111-1111-1111',
    '4111\u00a01111\u00a01111\u00a01111',
    '3782 822463 10005',
    '2200 7000 0000 0009',
    '6304 0000 0000 0000',
    '4111\u20111111\u20111111\u20111111',
    '4111\u22121111\u22121111\u22121111',
    '4111\u200b1111\u200b1111\u200b1111',
    '4111\u20071111\u20071111\u20071111',
    '4111  1111  1111  1111',
    '4111\n1111\t1111 – 1111',
    '4111.1111.1111.1111',
    '3782/822463/10005',
    '4111+1111+1111+1111',
    '9792 0303 9444 0796',
    '8171 9999 2766 0000',
  ])('a card number is hidden: %s', (number) => {
    expect(maskCards(`pay ${number} now`)).toBe(`pay ${number.replace(/\d/g, '•')} now`);
    // A code or a date beside it does not save it.
    for (const text of [`${number} 123`, `12/26 ${number}`, `${number}-737`, `№ 17 ${number}`])
      expect(maskCards(text).match(/\d/g)?.length ?? 0).toBeLessThanOrEqual(4);
  });

  test('digits of other scripts, and spaces of addresses', () => {
    expect(maskCards('４１１１１１１１１１１１１１１１ № ５')).toBe('•••••••••••••••• № 5');
    expect(maskCards('٤١١١ ١١١١ ١١١١ ١١١١')).toBe('•••• •••• •••• ••••');
    expect(maskCards('۱۴۰۵/۰۸/۳۰, ۱۲۳۴۵۶۷۸۹')).toBe('۱۴۰۵/۰۸/۳۰, ۱۲۳۴۵۶۷۸۹');
    expect(maskTyped('４１１１ １１１１ １')).toBe('4111 11•• •');
    expect(maskCards('q=4111%201111%201111%201111')).toBe('q=••••%20••••%20••••%20••••');
  });

  test.each([
    '4111111111111112',
    // With right check digits, and no shape of a card.
    '411.111.111.111.111.1',
    '41111.11111.11.1111',
    '411111/1111111111',
    '2000 1000 2000 3004',
    '8171999927669',
    '1234567890123',
    '1767225600000',
    '+7 999 123 45 67',
    '10 20 30 40 50 60 70',
    '12.5 13.25 14.125',
    '40702810900000000001234567',
  ])('this is none: %s', (text) => expect(maskCards(text)).toBe(text));

  test.each([
    ['4276380012345679', 6],
    ['4276 3800 1234 5679', 6],
    ['4276-3800-1234-5679', 6],
    ['2200 7000 0000 0009', 6],
    ['3782 822463 10005', 6],
    ['17 4276 3800 1234 5679', 8],
  ])('a card number that is being typed shows its first six digits: %s', (number, shown) => {
    for (let length = 1; length <= number.length; length++) {
      const masked = maskTyped(`x ${number.slice(0, length)}`);
      expect(masked.length).toBe(length + 2);
      expect(masked.match(/\d/g)?.length ?? 0).toBeLessThanOrEqual(shown);
    }
    // With a mistake in it too.
    expect(maskTyped(number.slice(0, -1)).match(/\d/g)?.length).toBe(shown);
  });

  test.each([
    '+7 4112 654321',
    '+44 4020 7946 0958',
    '8 921 765-43-21',
    '89217654321',
    '415-555-2671',
    '(495) 123-45-67',
    '2026-11-21',
    '20261121',
    '21.11.2026 12:45',
    '4 500 000',
    '12 345 678,90',
    '450000',
    '1234567890123',
    '№ 100200300',
    '7707083893',
    '2026.11.21 12:45, 1.2.3',
  ])('is no card that is being typed: %s', (text) => {
    for (let length = 1; length <= text.length; length++)
      expect(maskTyped(text.slice(0, length))).toBe(text.slice(0, length));
  });

  test('fields that say what their numbers are', () => {
    for (const name of ['phone', 'mobilePhone', 'tel-national', 'order_number', 'postal-code', 'birthDate', 'inn'])
      expect([name, isNumberName(name)]).toEqual([name, true]);
    for (const name of ['number', 'card', 'message', 'search', ''])
      expect([name, isNumberName(name)]).toEqual([name, false]);
  });

  test('labels of passwords', () => {
    for (const label of ['Password', ' Пароль* ', 'Contraseña', 'Mot de passe', 'パスワード', '密码', 'Şifre', 'Hasło'])
      expect([label, isPasswordLabel(label)]).toEqual([label, true]);
    for (const label of ['E-mail', 'Имя', 'If you have forgotten your password, tell us who you are', ''])
      expect([label, isPasswordLabel(label)]).toEqual([label, false]);
  });

  const OTHER_NAMES = [
    'cc',
    'cc_list',
    'section-a email',
    'code',
    'postcode',
    'promoCode',
    'phone_code',
    'country_code',
    'experience',
  ];

  test('names of fields', () => {
    for (const name of [
      'cvv',
      'card-cvc',
      'cardNumber',
      'cc_number_pan',
      'IBAN',
      'customerIban',
      'ssn',
      'user_password',
      'PIN',
      'creditcard',
      'card',
      ...['cc-number', 'cc_number', 'ccNumber', 'cc-exp', 'expiry', 'expMonth', 'ccn', 'ccnum'],
      ...[
        'sms_code',
        'verificationCode',
        'totp',
        'confirmation-code',
        'twoFactorCode',
        'auth_code',
        'oneTimeCode',
        'section-a one-time-code',
        'new-password',
        'cc-family-name',
        'cc-type',
        '2fa',
      ],
    ])
      expect([name, isSecretName(name)]).toEqual([name, true]);
    for (const name of [
      'city',
      'shipping',
      'opinion',
      'discard',
      'wildcards',
      'passenger',
      'compass',
      'name',
      '',
      ...OTHER_NAMES,
    ])
      expect([name, isSecretName(name)]).toEqual([name, false]);
  });
});

describe('addresses', () => {
  vi.stubGlobal('location', { href: 'https://s.ru/shop?page=2#top' });

  test('what the page itself holds is named as such, whatever a <base> says', () => {
    for (const base of ['https://s.ru/shop?page=2#top', 'https://s.ru/elsewhere/'])
      expect(resolveAddress('https://s.ru/shop?page=2#icon', base)).toEqual({ written: '#icon', key: undefined });
    expect(resolveAddress('https://s.ru/shop#icon', 'https://s.ru/elsewhere/').key).toBe('https://s.ru/shop');
  });

  test.each([
    ['https://s.ru/a?page=2&q=tea', 'https://s.ru/a?page=2&q=tea'],
    ['https://s.ru/a?token=abc&page=2', 'https://s.ru/a?token=•••&page=2'],
    [
      'https://s.ru/a?resetToken=abc#access_token=x&state=y',
      'https://s.ru/a?resetToken=•••#access_token=•••&state=•••',
    ],
    ['https://user:pass@s.ru/', 'https://s.ru/'],
    [
      'https://s.ru/a?code=1&author=Tolstoy&keyword=tea&api_key=9',
      'https://s.ru/a?code=•••&author=Tolstoy&keyword=tea&api_key=•••',
    ],
    [
      'https://s.ru/a?q=4111+1111+1111+1111#4111%201111%201111%201111',
      'https://s.ru/a?q=••••+••••+••••+••••#••••%20••••%20••••%20••••',
    ],
    ['https://s.ru/pay/4111111111111111', 'https://s.ru/pay/••••••••••••••••'],
    ['https://s.ru/v/eyJhbGciOiJIUzI1.eyJzdWIiOiIxMjM0.abcdef', 'https://s.ru/v/•••'],
    ['https://s.ru/a#/checkout', 'https://s.ru/a#/checkout'],
    ['https://s.ru/reset/8f14e45fceea167a5a36dedd4bea2543/', 'https://s.ru/reset/•••/'],
    ['https://s.ru/b?next=8f14e45fceea167a5a36dedd4bea2543', 'https://s.ru/b?next=•••'],
    ['https://s.ru/reset/550e8400-e29b-41d4-a716-446655440000?a=1', 'https://s.ru/reset/•••?a=1'],
    ['https://s.ru/long-name-of-a-product-2026-edition', 'https://s.ru/long-name-of-a-product-2026-edition'],
    ['https://s.ru/%D0%BF%D0%B8%D1%80%D0%BE%D0%B3%D0%B8', 'https://s.ru/%D0%BF%D0%B8%D1%80%D0%BE%D0%B3%D0%B8'],
    ['https://s.ru/a?email=x&to=anna%40s.ru#/u/anna.b@mail.s.ru', 'https://s.ru/a?email=•••&to=•••#/u/•••'],
    ['https://s.ru/npm/pkg@1.2.3', 'https://s.ru/npm/pkg@1.2.3'],
  ])('%s', (url, masked) => expect(maskUrl(url, { all: false })).toBe(masked));

  test('in a private page no query value is left', () =>
    expect(maskUrl('https://s.ru/a?q=anna&b=1#top', { all: true })).toBe('https://s.ru/a?q=•••&b=•••#top'));

  test('canonical names', () => {
    const base = 'https://s.ru/shop/page.html';
    expect(resolveAddress('../a.png#x', base)).toEqual({ written: 'https://s.ru/a.png#x', key: 'https://s.ru/a.png' });
    expect(resolveAddress('//cdn.ru/a b.png', base).key).toBe('https://cdn.ru/a%20b.png');
    expect(resolveAddress('#clip', base)).toEqual({ written: '#clip', key: undefined });
    expect(resolveAddress('blob:https://s.ru/1-2', base).key).toBe('blob:https://s.ru/1-2');
    expect(resolveAddress('data:image/png;base64,AA==', base).key).toBeUndefined();
    expect(resolveAddress('javascript:alert(1)', base).key).toBeUndefined();
  });

  test('CSS', () => {
    const found: string[] = [];
    const nameOf = (key: string) => {
      found.push(key);
      return key;
    };
    const css = `@import "a.css"; b{background:url( 'b c.png' ),url(d\\).png);src:url("data:x;')")} i{mask:url(#m)}`;
    expect(rewriteCss(css, 'https://s.ru/css/x.css', nameOf)).toBe(
      `@import "https://s.ru/css/a.css"; b{background:url("https://s.ru/css/b%20c.png"),url("https://s.ru/css/d).png");src:url("data:x;')")} i{mask:url("#m")}`,
    );
    expect(found).toEqual(['https://s.ru/css/a.css', 'https://s.ru/css/b%20c.png', 'https://s.ru/css/d).png']);
    expect(dropCssUrls('color:red;background:url(a.png)')).toBe('color:red;background:url("")');
    expect(dropCssUrls('@import "a.css";b{src:url(f.woff2?x);clip-path:url(#c)}')).toBe(
      '@import "a.css";b{src:url("f.woff2?x");clip-path:url("#c")}',
    );
    // Generated words; symbols of icon fonts are none, nor are other properties.
    expect(
      maskCssText(
        `a::after{content:"Anna \\41 1" attr(x);--n: 'Ж';quotes:"q" "";align-content:start;font:1px "Inter"}`,
        maskGenerated,
      ),
    ).toBe(`a::after{content:"•••• •• •" attr(x);--n: '•';quotes:"•" "";align-content:start;font:1px "Inter"}`);
    const symbols = 'i::before{content:"\\f101";x:"y"} b{content:"\ue900"}';
    expect(maskCssText(symbols, maskGenerated)).toBe(symbols);
    // In the open only cards, and no addresses.
    expect(maskCssText(`--n:'4111 1111 1111 1111';content:"Anna 1234";x:"4111111111111111"`, maskCards)).toBe(
      `--n:'•••• •••• •••• ••••';content:"Anna 1234";x:"4111111111111111"`,
    );
    // A font of a megabyte within the text.
    const big = `a{src:url("data:font/woff2;base64,${'A'.repeat(3_000_000)}")}`;
    expect(rewriteCss(big, 'https://s.ru/', nameOf)).toBe(big);
    expect(rewriteCss(`a{b:image-set("a.png" 1x, 'b.png' 2x);font:12px x, "Inter"}`, 'https://s.ru/', nameOf)).toBe(
      `a{b:image-set("https://s.ru/a.png" 1x, "https://s.ru/b.png" 2x);font:12px x, "Inter"}`,
    );
    expect(dropCssUrls(`a{b:image-set("a.png" 1x)}`)).toBe(`a{b:image-set("" 1x)}`);
    // Names instead of addresses; fragments stay, for they say which part of a file is meant.
    expect(rewriteCss(`@import"a.css";b{mask:url(m.svg?token=x#part)}`, 'https://s.ru/', () => 'https://s.ru/1')).toBe(
      `@import"https://s.ru/1";b{mask:url("https://s.ru/1#part")}`,
    );
  });

  test('of a srcset only the candidate in use is left', () => {
    const base = 'https://s.ru/shop/';
    const chosen = (srcset: string, inUse: string) => chosenCandidate(srcset, inUse, base, (key) => key);
    expect(chosen('a.png, b.png 2x', 'https://s.ru/shop/b.png')).toBe('https://s.ru/shop/b.png 2x');
    expect(chosen('a.png 100w,\n b,c.png 200w', 'https://s.ru/shop/b,c.png')).toBe('https://s.ru/shop/b,c.png 200w');
    expect(chosen('a.png', 'https://s.ru/shop/a.png')).toBe('https://s.ru/shop/a.png');
    expect(chosen('a.png 1x', '')).toBe('');
    expect(chosenCandidate('a.png, b.png 2x', 'https://s.ru/shop/b.png', base, (key) => key.toUpperCase())).toBe(
      'HTTPS://S.RU/SHOP/B.PNG 2x',
    );
  });

  test.each([
    'https://s.ru/a.png?token=x',
    'https://s.ru/a.png?w=1&X-Amz-Signature=x',
    'https://s.ru/a.png?v=3&token=x',
    'https://s.ru/style.css?ver=6.4&v=1&key=x',
    'https://anna:secret@s.ru/a.png',
    'https://s.ru/u/anna@shop.ru/a.png',
    'https://s.ru/u/anna%40shop.ru.png',
    'https://s.ru/4111111111111111.png',
    'https://s.ru/5fceea167a5a36dedd4bea2543/a.png',
    'https://s.ru/photo/5fceea167a5a36dedd4bea2543',
    'https://s.ru/photo?of=5fceea167a5a36dedd4bea2543',
    'https://s.ru/eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.png',
  ])('the address of an asset tells too much: %s', (url) => expect(isTellingAddress(url)).toBe(true));

  test.each([
    'https://s.ru/a.png',
    'https://s.ru/a.png?w=640&q=75',
    'https://s.ru/static/main.5fceea167a5a36dedd4bea2543.css',
    'https://s.ru/static/5fceea167a5a36dedd4bea2543.woff2?v=4.7.0',
    'https://s.ru/style.css?ver=5fceea167a5a36dedd4bea2543',
    'https://s.ru/style.css?w=1&v=Kl_dqr9NVtnMdsM2MUg4qthUnWZm5T1fCEimBPWDNgM',
    // Half of all pictures would leave under other names, and those of other origins not at all.
    'https://s.ru/3f2b8c1e-1234-4abc-9def-0123456789ab/a.png',
    'blob:https://s.ru/3f2b8c1e-1234-4abc-9def-0123456789ab',
  ])('the address of an asset may leave: %s', (url) => expect(isTellingAddress(url)).toBe(false));
});

test.each([0, 1, 55, 56, 63, 64, 65, 1000, 200_000])(
  'SHA-256 of %i bytes, with and without the browser’s own',
  async (length) => {
    const bytes = Uint8Array.from({ length }, (_, at) => (at * 131 + 7) & 255);
    const right = createHash('sha256').update(bytes).digest('hex');
    expect(await sha256Plain(bytes)).toBe(right);
    expect(await sha256(bytes)).toBe(right);
  },
);
