// Renders the shop's product pictures (WebP) and the film's frames with WebGL in headless Chromium:
//
//   npx tsx demo/art/render.ts            everything that is missing
//   npx tsx demo/art/render.ts gaiwan …   these again
//   npx tsx demo/art/render.ts film       the film, with ffmpeg
//
// The results are committed, so nobody needs to run this to build the shop. Easy to get wrong: a software GPU kills
// long draws, so a picture is drawn in small tiles; each is drawn at twice its size and scaled down for smooth edges.

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, mkdir, rm, writeFile, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import puppeteer, { type Page } from 'puppeteer';
import { filmScene, pictures, type Picture } from './pictures.ts';
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

function shotOf(picture: Picture, oversample: number, quality: number): Shot {
  const { target, distance, yawDeg, pitchDeg, fovDeg } = picture.camera;
  const yaw = (yawDeg * Math.PI) / 180;
  const pitch = (pitchDeg * Math.PI) / 180;
  return {
    fragment: sceneShader(picture.scene),
    vertex: vertexShader,
    width: picture.width,
    height: picture.height,
    oversample,
    quality,
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
  const tile = 300;
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

async function renderFilm(page: Page): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'film-'));
  const scene = filmScene();
  const frames = 120;
  for (let frame = 0; frame < frames; frame += 1) {
    const t = frame / frames;
    const picture: Picture = {
      name: 'film',
      scene,
      width: 480,
      height: 270,
      camera: {
        target: [0.1, 0.55, 0.2],
        distance: 9.4 - 1.2 * Math.sin(Math.PI * t),
        // There and back, so that the film loops without a jump.
        yawDeg: 4 + 42 * Math.sin(2 * Math.PI * t),
        pitchDeg: 22 + 10 * Math.sin(Math.PI * t) ** 2,
        fovDeg: 24,
      },
    };
    const name = `f${String(frame).padStart(4, '0')}.webp`;
    const text = await page.evaluate(drawShot, shotOf(picture, 1.2, 0.95));
    await writeFile(path.join(folder, name), Buffer.from(text, 'base64'));
    if (frame % 10 === 0) console.log(`film frame ${frame}`);
  }
  const target = path.join(demo, 'site/film');
  await mkdir(target, { recursive: true });
  await run('ffmpeg', [
    ...['-y', '-loglevel', 'error', '-framerate', '15', '-i', path.join(folder, 'f%04d.webp')],
    ...['-c:v', 'libvpx-vp9', '-b:v', '0', '-crf', '38', '-deadline', 'good', '-row-mt', '1', '-pix_fmt', 'yuv420p'],
    path.join(target, 'brewing.webm'),
  ]);
  await run('ffmpeg', [
    ...['-y', '-loglevel', 'error', '-i', path.join(folder, 'f0030.webp'), '-quality', '80'],
    path.join(target, 'poster.webp'),
  ]);
  await rm(folder, { recursive: true });
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
  if (wanted.includes('film')) await renderFilm(page);
  for (const picture of pictures()) {
    const file = path.join(folder, `${picture.name}.webp`);
    if (wanted.length > 0 ? !wanted.includes(picture.name) : existsSync(file)) continue;
    const began = Date.now();
    const text = await page.evaluate(drawShot, shotOf(picture, 1.5, 0.8));
    await writeFile(file, Buffer.from(text, 'base64'));
    console.log(`${picture.name}: ${(await stat(file)).size} bytes in ${Date.now() - began} ms`);
  }
} finally {
  await browser.close();
}
