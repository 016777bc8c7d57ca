// Every limit that both ends rely on, with its reason (W9). Relations between them are held by test/unit/limits.test.ts.

const kB = 1024;
const MB = 1024 * kB;

export const LIMITS = {
  /** Longest binary frame, header included. Longer payloads travel in pieces (codec.ts, `More`). 1 MB keeps the
   * head-of-line wait of a pointer frame behind it under 100 ms on a 100 Mbit/s link. */
  maxFrameBytes: 1 * MB,
  /** A whole payload put together from pieces, as sent. 114,000 elements make about 1 MB deflated, 12 MB raw. */
  maxPayloadBytes: 24 * MB,
  /** The same after inflating: a small frame must not become a gigabyte in an operator's tab. */
  maxInflatedBytes: 96 * MB,
  /** Longest JSON text message. The longest honest one is a list page of 200 rows, about 100 kB. */
  maxTextBytes: 256 * kB,

  /** History of a room kept for late joiners; past it the relay asks the page for a fresh snapshot. */
  historySoftBytes: 4 * MB,
  historySoftFrames: 4000,
  /** Past this the history of the tab that weighs most is dropped: joiners wait for the snapshot already asked for.
   * Bounds a room's memory, and what it costs to go through it. */
  historyHardBytes: 24 * MB,
  /** More than a page at 300 frames a second makes until it is asked again for the snapshot that it did not send. */
  historyHardFrames: 16_000,
  /** The relay asks for no more than one unforced fresh snapshot in this time: a snapshot costs the page. */
  snapshotEveryMs: 30_000,

  /** Bytes a slow operator may have waiting; past it live frames to that operator are dropped and repaired later. */
  maxOperatorBacklogBytes: 8 * MB,
  /** An operator that stays over its backlog for this long is closed with TooSlow. */
  slowOperatorMs: 20_000,
  /** Repairs (history requests) of one operator and room, per 10 s: more means its line can't carry the room. */
  repairsPer10s: 20,

  /** Ordered frames a visitor keeps until the relay has acknowledged them, to send again after a lost link. */
  resendBytes: 8 * MB,
  /** The relay acknowledges after so many ordered frames, so many bytes of them, or so long, whichever is first: well
   * within `resendBytes`. */
  ackEveryFrames: 512,
  ackEveryBytes: 1 * MB,
  ackEveryMs: 1000,

  /** A visitor whose link is lost keeps the room for this long: a page load on a slow phone, a lift, a relay restart. */
  graceMs: 120_000,
  /** A room that no operator watches ends after this long. Capture stops at once when the last one leaves. */
  unwatchedMs: 120_000,
  /** A visitor who offered the screen waits this long for an operator. */
  offeringMs: 600_000,
  /** Capture goes on this long after the last operator left: a reload of the console must not cost a snapshot. */
  lingerMs: 10_000,
  /** A tab of a room whose link is gone while other tabs are there is taken off the strip after this. */
  tabGraceMs: 15_000,
  /** A visitor without any link stays in the live list this long: the next page is loading. */
  pageLoadMs: 8_000,
  /** How long a resume token stays good after it was issued; it is issued anew every `resumeEveryMs`. */
  resumeTokenMs: 300_000,
  resumeEveryMs: 60_000,

  /** The 6-digit code's life, as the visitor is told. */
  codeMs: 20 * 60_000,
  /** Wrong codes per operator and per address in 10 minutes: 1,000,000 codes, so 10 guesses find one in 100,000
   * ten-minute spells when one code is out. */
  wrongCodesPer10min: 10,
  /** Asks to one visitor in 10 minutes that were not accepted: nobody may be nagged. */
  asksPer10min: 3,
  /** An ask that the visitor does not answer goes away by itself. */
  askMs: 60_000,

  /** A peer that has connected must say hello within this time. */
  helloMs: 10_000,
  /** The relay says something (a beat) at least this often; RECONNECT.silenceMs leans on it. Here and not there: the
   * loader carries reconnect.ts, and this whole table would come with one number of it. */
  beatMs: 20_000,
  /** The socket's own idle timeout on the relay (pings are sent by the server before that). */
  idleTimeoutSec: 60,

  /** Text messages from one visitor tab: burst and per second. Page changes come at most about one a second. */
  visitorTextBurst: 60,
  visitorTextPerSec: 10,
  operatorTextBurst: 240,
  operatorTextPerSec: 40,

  /** Binary frames from one visitor tab. A page that animates at 120 Hz with pointer and pictures makes about 300. */
  visitorFramesBurst: 3000,
  visitorFramesPerSec: 1000,

  /** Live-list changes are gathered for this long before they are sent. */
  listEveryMs: 100,
  listPageRows: 200,

  /** One asset (style sheet, image, font), and all assets that one room may upload. */
  maxAssetBytes: 8 * MB,
  maxRoomAssetBytes: 128 * MB,
  /** An upload may come gzipped, and be so many times as long when it is not: style sheets are five to ten times. */
  maxUploadRatio: 20,
  maxAssetsPerMessage: 100,
  /** Known assets of a room: past it, further ones are not offered (a placeholder shows). */
  maxRoomAssets: 5000,

  /** One message of a conversation; a longer text goes as a file. */
  maxMessageChars: 10_000,
  /** Messages of a conversation that travel together; a screen shows twenty. */
  maxMessagesAtOnce: 100,
  /** And their characters as JSON, unless one alone has more: within maxTextBytes with all that is around them. */
  maxMessagesChars: 120_000,
  maxTypedChars: 500,
  maxExcerptChars: 200,

  /** A file of a message: more than a phone's picture, and what most mail systems take. A site may allow less. */
  maxFileBytes: 25 * MB,
  maxFilesPerMessage: 10,
  /** Of a file that goes at once: on a poor line some seconds are lost when it breaks, and not all of it. */
  fileChunkBytes: 1 * MB,
  /** How wide and how high a picture is shown in a conversation. */
  previewPixels: 640,
  maxMediaTypeChars: 100,
  /** A visitor's leave for files: asked for anew when it is over. */
  filePassMs: 600_000,
  maxPassChars: 2048,

  /** Consoles of an account are told of colleagues no more often than this. */
  rosterEveryMs: 300,
  /** A console whose link is lost is back within this, or its operator is gone: a reload is no absence. */
  goneMs: 15_000,
  maxConversationLimit: 1000,
  maxTeams: 100,
  maxStretches: 6,
  maxHolidays: 400,
  maxAnswerSec: 86_400,
  maxRuleMinutes: 1440,
  /** As long as RFC 5321 lets them be. */
  maxEmailChars: 254,

  /** What is searched for: a sentence. */
  maxPhraseChars: 300,
  /** Messages or conversations found at once: with all that their rows name within maxTextBytes. */
  maxFound: 30,
  maxFoundContacts: 5,
  /** Saved searches that an operator sees: own ones, and as many of the account's. */
  maxSavedSearches: 200,

  maxUrlChars: 4096,
  maxTitleChars: 512,
  maxNameChars: 120,
  maxTabsPerRoom: 32,
  /** Canvas and video pictures kept per room for joiners. */
  maxPicturesPerRoom: 48,
  maxRoomsPerOperator: 16,

  /** The hand's acts of one operator, and what a visitor's page answers: a pointer at 60 Hz, keys, a wheel. */
  handBurst: 300,
  handPerSec: 150,
  maxNoteChars: 500,
  /** A page of text, pasted. */
  maxHandTextChars: 20_000,
  maxWheelPixels: 10_000,
  /** Ink: half a minute of a pen at 60 Hz; consoles leave out what lies on a line. */
  maxStrokePoints: 2000,
  /** x and y of each. */
  maxStrokeNumbers: 4000,
  maxInkPixels: 100_000,
  /** Strokes of one operator that stand; the oldest goes. */
  maxStrokes: 100,
  /** A suggestion, or a file that is offered, waits for the visitor so long. */
  suggestionMs: 120_000,
  /** Files that operators hand over lie at the relay, in memory, until they are fetched or so long. */
  maxHandFileBytes: 8 * MB,
  maxFileNameChars: 200,
  handFileMs: 180_000,
  /** Addresses where a site lets control pause by itself. */
  maxPatterns: 50,
  maxPatternChars: 300,
  /** Of a site's policy as a message: the patterns as JSON writes them, and what else there is. */
  maxPolicyTextChars: 40_000,
  /** An element in a few words. */
  maxWhatChars: 200,
  /** A field's value in the ledger; longer ones are cut. */
  maxLedgerChars: 1000,
  /** An operator whose link is lost keeps what the visitor has granted for this long. */
  handGraceMs: 60_000,
  /** A wish that the visitor does not answer goes away by itself; so many of one operator and room in 10 minutes. */
  wishMs: 60_000,
  wishesPer10min: 10,
} as const;
