// Renders the shop's product pictures (WebP) with WebGL in headless Chromium, and makes the film of them:
//
//   npx tsx demo/art/render.ts            everything that is missing
//   npx tsx demo/art/render.ts gaiwan …   these again
//   npx tsx demo/art/render.ts film       the film, with ffmpeg
//
// The results are committed, so nobody needs to run this to build the shop. Easy to get wrong: a software GPU kills
// long draws, so a picture is drawn in small tiles; each is drawn larger than it is and scaled down for smooth edges.

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import puppeteer from 'puppeteer';
import { pictures, type Picture } from './pictures.ts';
import { sceneShader, vertexShader } from './shader.ts';

const demo = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
const run = promisify(execFile);

interface Shot {
  readonly fragment: string;
  readonly vertex: string;
  readonly width: number;
  readonly height: number;
  readonly oversample: number;
  readonly quality: number;
  readonly eye: readonly number[];
  readonly aim: readonly number[];
  readonly lens: number;
}

function shotOf(picture: Picture, how: Pick<Shot, 'oversample' | 'quality'>): Shot {
  const { target, distance, yawDeg, pitchDeg, fovDeg } = picture.camera;
  const yaw = (yawDeg * Math.PI) / 180;
  const pitch = (pitchDeg * Math.PI) / 180;
  return {
    fragment: sceneShader(picture.scene),
    vertex: vertexShader,
    width: picture.width,
    height: picture.height,
    ...how,
    eye: [
      target[0] + Math.sin(yaw) * Math.cos(pitch) * distance,
      target[1] + Math.sin(pitch) * distance,
      target[2] + Math.cos(yaw) * Math.cos(pitch) * distance,
    ],
    aim: target,
    lens: 1 / Math.tan((fovDeg * Math.PI) / 360),
  };
}

/** Runs in the page. Returns the picture as base64. */
async function drawShot(shot: Shot): Promise<string> {
  const tile = 250;
  const wide = shot.width * shot.oversample;
  const high = shot.height * shot.oversample;
  const surface = new OffscreenCanvas(tile, tile);
  const gl = surface.getContext('webgl2');
  if (!gl) throw new Error('no WebGL here');
  const program = gl.createProgram();
  for (const [kind, source] of [
    [gl.VERTEX_SHADER, shot.vertex],
    [gl.FRAGMENT_SHADER, shot.fragment],
  ] as const) {
    const shader = gl.createShader(kind);
    if (!shader) throw new Error('no shader');
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    if (!gl.getShaderParameter(shader, gl.COMPILE_STATUS)) throw new Error(gl.getShaderInfoLog(shader) ?? 'bad shader');
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS)) throw new Error(gl.getProgramInfoLog(program) ?? 'no link');
  gl.useProgram(program);
  gl.bindBuffer(gl.ARRAY_BUFFER, gl.createBuffer());
  gl.bufferData(gl.ARRAY_BUFFER, new Float32Array([-1, -1, 3, -1, -1, 3]), gl.STATIC_DRAW);
  const corner = gl.getAttribLocation(program, 'corner');
  gl.enableVertexAttribArray(corner);
  gl.vertexAttribPointer(corner, 2, gl.FLOAT, false, 0, 0);
  gl.uniform2f(gl.getUniformLocation(program, 'size'), wide, high);
  gl.uniform3fv(gl.getUniformLocation(program, 'eye'), shot.eye);
  gl.uniform3fv(gl.getUniformLocation(program, 'aim'), shot.aim);
  gl.uniform1f(gl.getUniformLocation(program, 'lens'), shot.lens);
  const shift = gl.getUniformLocation(program, 'shift');
  const full = new OffscreenCanvas(wide, high);
  const into = full.getContext('2d');
  const small = new OffscreenCanvas(shot.width, shot.height);
  const scaled = small.getContext('2d');
  if (!into || !scaled) throw new Error('no canvas here');
  for (let y = 0; y < high; y += tile) {
    for (let x = 0; x < wide; x += tile) {
      gl.uniform2f(shift, x, y);
      gl.drawArrays(gl.TRIANGLES, 0, 3);
      gl.finish();
      // WebGL counts from the bottom.
      into.drawImage(surface, x, high - y - tile);
    }
  }
  scaled.imageSmoothingQuality = 'high';
  scaled.drawImage(full, 0, 0, shot.width, shot.height);
  const blob = await small.convertToBlob({ type: 'image/webp', quality: shot.quality });
  const bytes = new Uint8Array(await blob.arrayBuffer());
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

/** Five pictures in slow zoom, one dissolving into the next. */
async function composeFilm(): Promise<void> {
  const stills = ['hero', 'teapot-gzhel', 'gaiwan', 'chawan', 'da-hong-pao-2'];
  const fps = 25;
  const stillSec = 2.6;
  const dissolveSec = 0.6;
  const target = path.join(demo, 'site/film');
  await mkdir(target, { recursive: true });
  const steps = stills.map((_, at) => {
    const zoom = at % 2 === 0 ? '1+0.0022*on' : '1.15-0.0022*on';
    // Zoomed from a large copy: zoompan steps by whole pixels, which trembles on a small one.
    return `[${at}]scale=2560:-2,crop=2560:1440,zoompan=z='${zoom}':x='iw/2-iw/zoom/2':y='ih/2-ih/zoom/2':d=${fps * stillSec}:s=640x360:fps=${fps},setsar=1[v${at}]`;
  });
  let last = 'v0';
  for (let at = 1; at < stills.length; at += 1) {
    const offset = (stillSec - dissolveSec) * at;
    steps.push(`[${last}][v${at}]xfade=transition=fade:duration=${dissolveSec}:offset=${offset.toFixed(2)}[x${at}]`);
    last = `x${at}`;
  }
  await run('ffmpeg', [
    ...['-y', '-loglevel', 'error'],
    ...stills.flatMap((name) => ['-i', path.join(demo, `site/pictures/${name}.webp`)]),
    ...['-filter_complex', steps.join(';'), '-map', `[${last}]`],
    ...['-c:v', 'libvpx-vp9', '-b:v', '0', '-crf', '36', '-deadline', 'good', '-cpu-used', '2', '-pix_fmt', 'yuv420p'],
    path.join(target, 'kiln.webm'),
  ]);
  const poster = path.join(target, 'poster.webp');
  await run('ffmpeg', [
    '-y',
    '-loglevel',
    'error',
    '-ss',
    '1',
    '-i',
    path.join(target, 'kiln.webm'),
    '-frames:v',
    '1',
    poster,
  ]);
}

const wanted = process.argv.slice(2);
const browser = await puppeteer.launch({
  executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
  protocolTimeout: 600_000,
  args: [
    '--headless=new',
    '--no-sandbox',
    '--use-angle=swiftshader',
    '--enable-unsafe-swiftshader',
    '--disable-gpu-watchdog',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
});
try {
  const page = await browser.newPage();
  const folder = path.join(demo, 'site/pictures');
  await mkdir(folder, { recursive: true });
  for (const picture of pictures()) {
    const file = path.join(folder, `${picture.name}.webp`);
    if (wanted.length > 0 ? !wanted.includes(picture.name) : existsSync(file)) continue;
    const began = Date.now();
    const text = await page.evaluate(drawShot, shotOf(picture, { oversample: 1.25, quality: 0.8 }));
    await writeFile(file, Buffer.from(text, 'base64'));
    console.log(`${picture.name}: ${(await stat(file)).size} bytes in ${Date.now() - began} ms`);
  }
} finally {
  await browser.close();
}
if (wanted.length === 0 || wanted.includes('film')) await composeFilm();
