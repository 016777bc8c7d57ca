// Reactive forms of Angular, compiled in the browser.

import '@angular/compiler';
import { Component, provideZonelessChangeDetection } from '@angular/core';
import { FormControl, FormGroup, ReactiveFormsModule } from '@angular/forms';
import { bootstrapApplication } from '@angular/platform-browser';
import type { HandPage } from '../page.ts';

const form = new FormGroup({
  text: new FormControl(''),
  area: new FormControl(''),
  pick: new FormControl('a'),
  check: new FormControl(false),
});

class Form {
  readonly form = form;
}

const Made = Component({
  selector: 'hand-form',
  imports: [ReactiveFormsModule],
  template: `<form [formGroup]="form">
    <input id="text" formControlName="text" />
    <textarea id="area" formControlName="area"></textarea>
    <select id="pick" formControlName="pick"><option value="a">A</option><option value="b">B</option></select>
    <input id="check" type="checkbox" formControlName="check" />
  </form>`,
})(Form) as typeof Form;

export async function mount(root: HTMLElement): Promise<HandPage> {
  root.append(document.createElement('hand-form'));
  await bootstrapApplication(Made, { providers: [provideZonelessChangeDetection()] });
  return { state: () => form.value };
}
