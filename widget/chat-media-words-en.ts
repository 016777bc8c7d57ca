// English for pictures and voice messages; also the shape that every language must fill.

export const MEDIA_EN = {
  recording: 'Recording',
  recorded: 'Recorded',
  stop: 'Stop',
  discard: 'Discard',
  listen: 'Listen',
  send: 'Send',
  closePicture: 'Close',
  /** Before how long it is. */
  fileName: 'Voice',
  noMicrophone: 'There is no microphone, or the browser does not allow it.',
  unplayable: 'This browser can’t play it.',
};
