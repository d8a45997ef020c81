import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as reference

from numeric.metrics import accuracy, confusion_matrix, f1, misclassified, precision, recall, top_k_accuracy

TRUE, PREDICTED = [0, 0, 1, 1, 2, 2], [0, 1, 1, 1, 0, 2]


def test_accuracy_is_the_part_predicted_rightly_and_the_others_are_told():
    assert accuracy(TRUE, PREDICTED) == pytest.approx(4 / 6)
    assert misclassified(TRUE, PREDICTED).tolist() == [1, 4]


def test_rows_of_the_confusion_matrix_are_the_true_classes():
    assert confusion_matrix(TRUE, PREDICTED, 3).tolist() == [[1, 1, 0], [0, 2, 0], [1, 0, 1]]


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=40))
def test_all_agree_with_scikit_learn(pairs):
    true, predicted = np.array(pairs).T
    confusion = confusion_matrix(true, predicted, 4)
    assert np.array_equal(confusion, reference.confusion_matrix(true, predicted, labels=range(4)))
    assert accuracy(true, predicted) == pytest.approx(reference.accuracy_score(true, predicted))
    for ours, theirs in (
        (recall, reference.recall_score), (precision, reference.precision_score), (f1, reference.f1_score),
    ):  # fmt: skip
        wanted = theirs(true, predicted, labels=range(4), average=None, zero_division=np.nan)
        assert ours(confusion) == pytest.approx(wanted, nan_ok=True)


def test_a_class_among_the_best_k_counts_and_a_nan_never_does():
    scores = np.array([[0.1, 0.5, 0.4], [0.3, 0.3, 0.4], [np.nan, 0.2, 0.1]])
    assert top_k_accuracy([1, 0, 0], scores, 1) == pytest.approx(1 / 3)
    assert top_k_accuracy([1, 0, 0], scores, 2) == pytest.approx(2 / 3)
    assert top_k_accuracy([1, 0], scores[:2], 3) == 1


@pytest.mark.parametrize(
    ("use", "message"),
    [
        (lambda: accuracy([], []), r"must both be \(S,\), S ≥ 1"),
        (lambda: accuracy([1, 2], [1]), r"not \(2,\) and \(1,\)"),
        (lambda: accuracy([[1]], [[1]]), r"not \(1, 1\)"),
        (lambda: confusion_matrix([0, 3], [0, 1], 3), r"true classes must lie in 0..2, not in 0..3"),
        (lambda: confusion_matrix([0, 1], [0, -1], 3), r"predicted classes must lie in 0..2, not in -1..0"),
        (lambda: top_k_accuracy([0], np.ones((1, 3)), 4), r"k must lie in 1..3, not 4"),
        (lambda: top_k_accuracy([3], np.ones((1, 3)), 1), r"true classes must lie in 0..2"),
        (lambda: top_k_accuracy([0, 1], np.ones((1, 3)), 1), "do not fit"),
    ],
)
def test_what_cannot_be_judged_is_refused(use, message):
    with pytest.raises(ValueError, match=message):
        use()
