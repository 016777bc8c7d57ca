// As many such pages do: state in objects, the list drawn by hand, whole where that is the shortest to write.

import $ from 'jquery';
import type { TodoApp } from '../todo-driver.ts';

type Todo = { id: number; title: string; done: boolean };

export function mount(root: HTMLElement): TodoApp {
  let last = 0;
  let todos: Todo[] = [];
  let filter = 'all';

  $(root).html(`<section class="todos">
    <form class="new-form"><input class="toggle-all" type="checkbox"><input class="new-todo" placeholder="What is to be done?"></form>
    <ul class="list"></ul>
    <footer class="foot"><span class="left">0 left</span>
      <a class="chosen" data-filter="all">all</a><a data-filter="active">active</a><a data-filter="done">done</a>
      <button class="clear-done" type="button">Clear</button></footer>
  </section>`);
  const list = $(root).find('.list');

  const row = ({ id, title, done }: Todo) =>
    $('<li class="todo">')
      .toggleClass('done', done)
      .attr('data-id', id)
      .append(
        $('<div class="view">').append(
          $('<input class="toggle" type="checkbox">').prop('checked', done),
          $('<label class="title">').text(title),
          $('<span class="tag">')
            .addClass(`tag-${id % 4}`)
            .text(`no. ${id}`),
          $('<button class="destroy" type="button" aria-label="Remove">'),
        ),
      );
  const todoOf = (element: Element) => {
    const id = Number($(element).closest('.todo').attr('data-id'));
    const todo = todos.find((each) => each.id === id);
    if (!todo) throw new Error(`there is no to-do ${id}`);
    return todo;
  };
  const count = () => {
    const left = todos.filter(({ done }) => !done).length;
    $(root).find('.left').text(`${left} left`);
    $(root)
      .find('.toggle-all')
      .prop('checked', todos.length > 0 && left === 0);
  };
  const draw = () => {
    list
      .empty()
      .append(todos.filter(({ done }) => filter === 'all' || done === (filter === 'done')).map((todo) => row(todo)));
    count();
  };

  $(root)
    .find('.new-form')
    .on('submit', (event) => {
      event.preventDefault();
      const field = $(root).find('.new-todo');
      const todo = { id: ++last, title: String(field.val()), done: false };
      todos.push(todo);
      field.val('');
      list.append(row(todo));
      count();
    });
  list
    .on('change', '.toggle', function () {
      const todo = todoOf(this);
      todo.done = $(this).is(':checked');
      $(this).closest('.todo').toggleClass('done', todo.done);
      count();
    })
    .on('dblclick', '.title', function () {
      $(this)
        .closest('.todo')
        .addClass('edited')
        .append($('<input class="edit">').val(todoOf(this).title));
    })
    .on('keydown', '.edit', function (event) {
      if (event.key !== 'Enter') return;
      const todo = todoOf(this);
      todo.title = String($(this).val());
      $(this).closest('.todo').replaceWith(row(todo));
    })
    .on('click', '.destroy', function () {
      const gone = todoOf(this);
      todos = todos.filter((todo) => todo !== gone);
      $(this).closest('.todo').remove();
      count();
    });
  $(root)
    .find('.toggle-all')
    .on('change', function () {
      for (const todo of todos) todo.done = $(this).is(':checked');
      draw();
    });
  $(root)
    .find('[data-filter]')
    .on('click', function () {
      filter = String($(this).attr('data-filter'));
      $(this).addClass('chosen').siblings().removeClass('chosen');
      draw();
    });
  $(root)
    .find('.clear-done')
    .on('click', () => {
      todos = todos.filter(({ done }) => !done);
      draw();
    });
  return { within: root };
}
